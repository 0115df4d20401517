import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [vue()],
  // The product's content security policy allows data: addresses for pictures only, so nothing is
  // inlined as one.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    target: 'es2022',
    // Hides a warning about how long parts of the build took, which does not interest anybody who
    // starts kefu.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  // Hides a warning about an eval in the AMR decoder. The eval never runs, and the security policy
  // would forbid it anyway.
  worker: { rolldownOptions: { checks: { eval: false } } },
  // The host name is passed on unchanged, because the product accepts its cookie only from its own
  // origin.
  server: { proxy: { '/api': { target: 'http://127.0.0.1:3000', changeOrigin: false } } },
})
