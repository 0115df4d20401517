import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [vue()],
  // The product's content security policy allows only files, so nothing may be inlined as a data:
  // address.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    target: 'es2022',
    // whoever starts kefu is not interested in how long the compiler took
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // the AMR decoder contains an eval that never runs and that the security policy forbids, so the
  // warning is useless
  worker: { rolldownOptions: { checks: { eval: false } } },
  // The host name is passed on unchanged, because the product accepts its cookie only from its own
  // origin.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:3000', changeOrigin: false } } },
})
