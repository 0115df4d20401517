import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [vue()],
  // The product's CSP allows files only: nothing may end up as a data: address.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    target: 'es2022',
    // how long the compiler took is no news to whoever starts kefu
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // nor is that the AMR decoder names eval: it never comes to it, and the CSP forbids it
  worker: { rolldownOptions: { checks: { eval: false } } },
  // The host name stays as it is: the product takes the cookie only from its own origin.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:3000', changeOrigin: false } } },
})
