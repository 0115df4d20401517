// The consent pages of WeChat: for an owner who authorises a third-party platform, and for a
// visitor whose identity a web page asks for.
import { attempt, avatar, button, call, find, make } from './dom.js'
import { word, writeWords } from './words.js'

const asked = new URLSearchParams(location.search)

function choices(items) {
  find('.list').replaceChildren(
    ...items.map(({ name, seed, run }) =>
      button(
        { class: 'person', on: { click: attempt(run) } },
        avatar(name, seed),
        make('span', { text: name }),
      ),
    ),
  )
}

async function askOwner() {
  const component = asked.get('component_appid')
  const [{ items }, known] = await Promise.all([
    call('GET', '/sim/accounts'),
    call('GET', '/sim/components'),
  ])
  const platform = known.items.find((one) => one.componentAppid === component)
  find('p').textContent = platform?.name ?? component
  find('small').textContent = word(platform === undefined ? 'noComponent' : 'mayAct')
  choices(
    platform === undefined
      ? []
      : items.map((account) => ({
          name: account.name,
          seed: account.appid,
          run: async () => {
            const body = {
              appid: account.appid,
              redirectUrl: asked.get('redirect_uri'),
              preAuthCode: asked.get('pre_auth_code'),
              visit: false,
            }
            const { location: back } = await call(
              'POST',
              `/sim/components/${encodeURIComponent(component)}/authorize`,
              body,
            )
            location.href = back
          },
        })),
  )
}

async function askVisitor() {
  const appid = asked.get('appid')
  const { items } = await call('GET', `/sim/followers?appid=${encodeURIComponent(appid)}`)
  find('p').textContent = appid
  find('small').textContent = word('whoAreYou')
  choices(
    items.map((follower) => ({
      name: follower.nickname,
      seed: follower.openid,
      run: async () => {
        const { code } = await call(
          'POST',
          `/sim/followers/${encodeURIComponent(follower.openid)}/oauth`,
          { appid, scope: asked.get('scope') ?? 'snsapi_base' },
        )
        const back = new URL(asked.get('redirect_uri'))
        back.searchParams.set('code', code)
        back.searchParams.set('state', asked.get('state') ?? '')
        location.href = back.href
      },
    })),
  )
}

writeWords()
await (location.pathname.includes('oauth2') ? askVisitor() : askOwner())
