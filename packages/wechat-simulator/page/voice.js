// A voice message that plays when it is tapped. Browsers cannot play AMR, so it has a decoder.
import { button, icon, make } from './dom.js'
import { gone, mediaAddress } from './media.js'
import { word } from './words.js'

let playing = null
function loadAmr() {
  loadAmr.once ??= new Promise((resolve, reject) => {
    const script = make('script', { src: '/amr.js' })
    script.addEventListener('load', () => resolve(globalThis.BenzAMRRecorder))
    script.addEventListener('error', () => reject(new Error('no decoder')))
    document.head.append(script)
  })
  return loadAmr.once
}

async function playAmr(source) {
  const Recorder = await loadAmr()
  const amr = new Recorder()
  await amr.initWithUrl(source)
  return {
    play: () => amr.play(),
    stop: () => amr.stop(),
    ended: (done) => {
      amr.onEnded(done)
      amr.onStop(done)
    },
  }
}

async function playNative(source) {
  const audio = new Audio(source)
  return {
    play: () => audio.play(),
    stop: () => audio.pause(),
    ended: (done) => {
      audio.onended = done
      audio.onpause = done
    },
  }
}

export function voiceOf(line) {
  const { media } = line
  const seconds = Math.max(1, Math.round(media?.seconds ?? 1))
  const own = line.way === 'sent'
  const bubble = button(
    {
      class: 'bubble voice',
      title: word('voice'),
      style: { width: `${70 + Math.min(seconds, 60) * 2.4}px` },
    },
    icon('voice', 'waves'),
    make('span', { text: `${seconds}″` }),
  )
  const box = make('div', { class: own ? 'holder own' : 'holder' }, bubble)
  if (media?.alive !== true) {
    bubble.disabled = true
    box.append(gone('voice'))
  }
  bubble.addEventListener('click', async () => {
    playing?.stop()
    try {
      const source = mediaAddress(line.mediaId)
      playing = await (media.contentType.startsWith('audio/amr')
        ? playAmr(source)
        : playNative(source))
      playing.ended(() => {
        bubble.classList.remove('playing')
      })
      await playing.play()
      bubble.classList.add('playing')
    } catch {
      if (box.querySelector('a') === null)
        box.append(
          make('a', {
            class: 'hint',
            href: mediaAddress(line.mediaId),
            download: 'voice.amr',
            text: word('cannotPlay'),
          }),
        )
    }
  })
  return box
}
