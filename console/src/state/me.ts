import { ref } from 'vue'
import type { Me } from 'kefu-wire'
import { onSignedOut, Refusal } from '../api/client.ts'
import { meApi } from '../api/me.ts'
import { showError } from './notices.ts'
import { belongTo, forgetAll } from './outbox.ts'

export const stage = ref<'looking' | 'out' | 'in'>('looking')
/** The signed-in person. After a sign-in has ended by itself, the person who was signed in. */
export const me = ref<Me | null>(null)
export const hasEnded = ref(false)

export function whoIsHere(): Me {
  if (!me.value) throw new Error('nobody is signed in')
  return me.value
}

export function enter(user: Me) {
  belongTo(user.uid)
  me.value = user
  hasEnded.value = false
  stage.value = 'in'
}

export async function lookWhoIsHere() {
  try {
    enter(await meApi.get())
  } catch (error) {
    if (error instanceof Refusal && error.status < 429) stage.value = 'out'
    else setTimeout(lookAgain, 2000)
  }
}

const lookAgain = () => {
  lookWhoIsHere().catch(showError)
}

export async function leave() {
  try {
    await meApi.logout()
  } catch (error) {
    // If signing out fails, an error is shown and the person stays signed in: the server may still
    // accept the cookie, so the page must not claim otherwise. Only after a 401 is it certain that
    // the server no longer does.
    if (!(error instanceof Refusal && error.status === 401)) {
      showError(error)
      return
    }
  }
  forgetAll()
  hasEnded.value = false
  stage.value = 'out'
  me.value = null
}

onSignedOut(() => {
  if (stage.value !== 'in') return
  hasEnded.value = true
  stage.value = 'out'
})
