import { createRouter, createWebHistory } from 'vue-router'
import { tell } from '../state/notices.ts'
import { say } from '../words/shell.ts'
import { pageRoutes } from './pages.ts'

export const router = createRouter({ history: createWebHistory(), routes: pageRoutes })

// The files of a page may be gone after an upgrade, or the network may be down. The page is not
// reloaded, because that would lose text that has been typed.
router.onError(() => {
  tell(say('pageNotLoaded'), 'bad')
})
