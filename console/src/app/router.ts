import { createRouter, createWebHistory } from 'vue-router'
import { tell } from '../state/notices.ts'
import { say } from '../words/shell.ts'
import { routes } from './pages.ts'

export const router = createRouter({ history: createWebHistory(), routes })

// Files of a page that an upgrade has taken away, or no network: nothing that was written may be
// lost by loading anew.
router.onError(() => {
  tell(say('pageNotLoaded'), 'bad')
})
