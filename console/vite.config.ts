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
  },
  // The AMR decoder names eval in two places that it never comes to, and the CSP forbids it: no news to whoever starts kefu.
  worker: { rolldownOptions: { checks: { eval: false } } },
  // The host name is passed on unchanged, because the product takes the cookie only from its own origin.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:3000', changeOrigin: false } } },
})
