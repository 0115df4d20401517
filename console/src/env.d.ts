declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}

declare module '*.css'
declare module 'benz-amr-recorder/src/amrnb.js' {
  const start: () => void
  export default start
}
