// Variables in the text of a rule or a quick reply, such as {nickname}, or {nickname|friend} with a
// default for when the value is empty. Braces around anything else are ordinary text, so nothing
// needs to be escaped.
import type { Content } from './content.ts'
import { cutText } from './content.ts'
import { defaultZone } from '../time/schedule.ts'

export const variableNames = [
  'nickname',
  'account',
  'agent',
  'keyword',
  'date',
  'time',
  'weekday',
] as const
export type VariableName = (typeof variableNames)[number]
/**
 * The values of the variables that are known where the text is sent. A variable without a value is
 * replaced by its default, or else by nothing.
 */
export type VariableFacts = Partial<
  Record<'nickname' | 'account' | 'agent' | 'keyword', string>
> & {
  now: number
}

const inBraces = new RegExp(`\\{(${variableNames.join('|')})(?:\\|([^{}|]*))?\\}`, 'g')

export function fillText(text: string, facts: VariableFacts): string {
  if (!text.includes('{')) return text
  const filled = text.replace(
    inBraces,
    (_, name: VariableName, instead: string | undefined) => valueOf(name, facts) || (instead ?? ''),
  )
  return filled === text ? text : cutText(filled)
}

export function fillContent(content: Content, facts: VariableFacts): Content {
  const fill = (text: string) => fillText(text, facts)
  switch (content.type) {
    case 'text':
      return { ...content, text: fill(content.text) }
    case 'news':
      return {
        ...content,
        articles: content.articles.map((one) => ({
          ...one,
          title: fill(one.title),
          description: fill(one.description),
        })),
      }
    case 'menu': {
      const { head, items, tail } = content.menu
      return {
        ...content,
        menu: {
          head: fill(head),
          items: items.map((item) => ({ ...item, text: fill(item.text) })),
          tail: fill(tail),
        },
      }
    }
    case 'miniprogram':
      return {
        ...content,
        miniprogram: { ...content.miniprogram, title: fill(content.miniprogram.title) },
      }
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
    case 'article':
      return content
  }
}

const clock = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('zh-CN', { timeZone: defaultZone, ...options })
const formats = {
  date: clock({ year: 'numeric', month: '2-digit', day: '2-digit' }),
  time: clock({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  weekday: clock({ weekday: 'long' }),
}

function valueOf(name: VariableName, facts: VariableFacts): string {
  if (name === 'date' || name === 'time' || name === 'weekday') {
    return formats[name].format(facts.now).replaceAll('/', '-')
  }
  return facts[name] ?? ''
}
