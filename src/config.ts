// The only place that reads the environment. A test compares .env.example and docs/configuration.md
// with `settings`.
import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const empty = (value: unknown) => (value === '' ? undefined : value)
const optional = (schema: z.ZodType<string, string>) => z.preprocess(empty, schema.optional())
const url = z.url()

export const settings = z.object({
  HOST: z.preprocess(empty, z.string().default('0.0.0.0')),
  PORT: z.preprocess(empty, z.coerce.number().int().min(0).max(65535).default(3000)),
  SIMULATOR_PORT: z.preprocess(empty, z.coerce.number().int().min(0).max(65535).default(3100)),
  DATA_DIR: z.preprocess(empty, z.string().default('./data')),
  DATABASE_URL: z.preprocess(
    empty,
    z
      .string()
      .regex(/^(sqlite:|mysql:\/\/|mariadb:\/\/)/, 'sqlite:, mysql://… or mariadb://…')
      .default('sqlite:'),
  ),
  REDIS_URL: optional(
    z
      .string()
      .regex(
        /^redis(\+sentinel|\+cluster)?:\/\/./,
        'redis://…, redis+sentinel://h1,h2/master or redis+cluster://h1,h2',
      ),
  ),
  SECRET_KEY: optional(z.string().min(32, 'at least 32 characters')),
  ADMIN_PASSWORD: optional(z.string().min(8, 'at least 8 characters')),
  LOGIN_IDLE_HOURS: z.preprocess(empty, z.coerce.number().positive().default(12)),
  LOGIN_MAX_DAYS: z.preprocess(empty, z.coerce.number().positive().default(7)),
  KEEP_SIGN_INS_DAYS: z.preprocess(empty, z.coerce.number().int().min(1).default(90)),
  KEEP_AUDIT_DAYS: z.preprocess(empty, z.coerce.number().int().min(30).default(365)),
  KEEP_INBOX_DAYS: z.preprocess(empty, z.coerce.number().int().min(30).default(30)),
  KEEP_UNUSED_FILES_DAYS: z.preprocess(empty, z.coerce.number().int().min(1).default(30)),
  WECHAT_API_BASE: z.preprocess(empty, url.default('https://api.weixin.qq.com')),
  PUBLIC_URL: optional(url),
  SEARCH_URL: optional(url),
  CLOCK_URL: optional(url),
  MEDIA_DIR: optional(z.string()),
  TRUSTED_PROXIES: z.preprocess(
    empty,
    z
      .string()
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((one) => one.trim())
          .filter(Boolean),
      ),
  ),
  METRICS_TOKEN: optional(z.string().min(16, 'at least 16 characters')),
  WEBHOOK_MAX_IN_FLIGHT: z.preprocess(empty, z.coerce.number().int().min(1).default(512)),
  LOG_LEVEL: z.preprocess(
    empty,
    z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ),
})

export type Config = z.infer<typeof settings>

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host)
}

/**
 * Returns the variables of the environment and those of `.env`. Where both have one, that of the
 * environment counts.
 */
function environmentAndFile(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env')
  return process.env
}

/** Reads the configuration. `defaults` are the values where the environment sets nothing. */
export function readConfig(
  defaults: Record<string, string> = {},
  environment: NodeJS.ProcessEnv = environmentAndFile(),
): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = settings.safeParse({ ...defaults, ...given })
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The settings cannot be used:\n${lines.join('\n')}\nSee docs/configuration.md.`)
  }
  refuseUnsafe(result.data)
  return result.data
}

function refuseUnsafe(config: Config): void {
  if (config.CLOCK_URL && !isLoopback(config.HOST)) {
    throw new Error(
      'CLOCK_URL moves the clock and is for demos and tests: set HOST=127.0.0.1 or leave CLOCK_URL out.',
    )
  }
}

export const mediaDir = (config: Config) => config.MEDIA_DIR ?? join(config.DATA_DIR, 'media')

/**
 * SECRET_KEY or, with SQLite, a key that is generated at the first start and stored with the data,
 * readable by its owner only.
 */
export function secretKey(config: Config): string {
  if (config.SECRET_KEY) return config.SECRET_KEY
  if (!config.DATABASE_URL.startsWith('sqlite:')) {
    throw new Error(
      "SECRET_KEY: with MySQL or MariaDB set it, the same for every process, and keep it: it opens the accounts' secrets. openssl rand -hex 32 makes one.",
    )
  }
  const file = join(config.DATA_DIR, 'secret.key')
  if (!existsSync(file)) {
    mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 })
    makeKey(file)
  }
  const key = readFileSync(file, 'utf8').trim()
  if (key.length < 32) {
    throw new Error(
      `${file} is not whole, so it opens nothing and must seal nothing: take it from a backup; on a first start delete it.`,
    )
  }
  return key
}

/**
 * Writes the key file completely or not at all: a process that dies leaves no partial key, and if
 * two start at once, the first one's key is used.
 */
function makeKey(file: string): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}
