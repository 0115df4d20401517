// Checks what a line may contain. Rules, quick replies and sendMessage share these schemas, so that
// names are the same everywhere.
import { z } from 'zod'
import { mostTextBytes, type Content, type ContentType } from '../../../rules/reply/content.ts'

const mostItems = 10
const mostArticles = 8

const fitting = z
  .string()
  .refine((text) => text.trim() !== '', 'Say something.')
  .refine(
    (text) => Buffer.byteLength(text) <= mostTextBytes,
    `1 to ${mostTextBytes} bytes of UTF-8; split what is longer.`,
  )
const mediaId = z
  .string()
  .regex(
    /^[\x21-\x7e]{1,128}$/,
    'The id of a file: upload it first, or take the media_id that WeChat gave.',
  )
const link = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/[^\s]+$/i, 'An address that begins with http:// or https://.')
const words = (most: number) => z.string().max(most)

const article = z.strictObject({
  title: words(128).refine((text) => text.trim() !== '', 'An article has a title.'),
  description: words(512).default(''),
  url: link,
  picUrl: z.union([z.literal(''), link]).default(''),
})
const menu = z.strictObject({
  head: words(1000).default(''),
  tail: words(1000).default(''),
  items: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(
            /^[\x21-\x7e]{1,64}$/,
            '1 to 64 printable ASCII characters: it comes back when the entry is tapped.',
          ),
        text: words(80).refine((text) => text.trim() !== '', 'An entry has words.'),
      }),
    )
    .min(1, 'A menu has at least one entry.')
    .max(mostItems, `At most ${mostItems} entries.`)
    .refine(
      (items) => new Set(items.map(({ id }) => id)).size === items.length,
      'Two entries have the same id.',
    ),
})
const miniprogram = z.strictObject({
  appid: z
    .string()
    .regex(/^wx[0-9a-z]{16}$/i, 'The appid of the mini program, linked to the account.'),
  pagePath: words(1024),
  title: words(128),
  thumbMediaId: mediaId,
})

export const contentShapes: Record<ContentType, z.ZodRawShape> = {
  text: { text: fitting },
  image: { mediaId },
  voice: { mediaId },
  file: { mediaId },
  video: {
    mediaId,
    thumbMediaId: mediaId.optional(),
    title: words(128).optional(),
    description: words(512).optional(),
  },
  news: {
    articles: z
      .array(article)
      .min(1, 'At least one article.')
      .max(mostArticles, `At most ${mostArticles} articles.`),
  },
  menu: { menu },
  miniprogram: { miniprogram },
  article: { articleId: mediaId },
}
const types = Object.keys(contentShapes) as ContentType[]

/**
 * The schemas for the content of a line, one for each type of line. The field `name` tells which
 * one applies, and `more` adds fields to each.
 */
export function contentOptions(
  name: 'type' | 'kind',
  which: ContentType[],
  more: z.ZodRawShape = {},
) {
  return which.map((type) =>
    z.strictObject({ [name]: z.literal(type), ...contentShapes[type], ...more }),
  )
}

export type Option = ReturnType<typeof contentOptions>[number]
export const oneOfKinds = (name: 'type' | 'kind', options: Option[]) =>
  z.discriminatedUnion(name, options as [Option, ...Option[]], {
    error: `${name}: one of ${options.map((option) => (option.shape[name] as z.ZodLiteral).value as string).join(', ')}.`,
  })

export const content = oneOfKinds(
  'type',
  contentOptions('type', types),
) as unknown as z.ZodType<Content>
/**
 * The schema of a content in a body that has other fields too. Unknown fields are ignored, because
 * sendMessage has always ignored them.
 */
export const contentWith = <More extends z.ZodRawShape>(more: More) =>
  oneOfKinds(
    'type',
    types.map(
      (type) =>
        z.object({ type: z.literal(type), ...contentShapes[type], ...more }) as unknown as Option,
    ),
  ) as unknown as z.ZodType<Content & z.infer<z.ZodObject<More>>>
