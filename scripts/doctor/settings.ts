import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { secretKey, type Config } from '../../src/config.ts'
import type { Finding } from '../../src/ports.ts'

export function checkSettings(config: Config): Finding[] {
  return [secret(config), directory('DATA_DIR', config.DATA_DIR), media(config), proxy(config)]
}

function secret(config: Config): Finding {
  if (config.SECRET_KEY) return { ok: true, what: 'SECRET_KEY is set.' }
  if (!config.DATABASE_URL.startsWith('sqlite:')) {
    return {
      ok: false,
      what: 'SECRET_KEY is not set.',
      remedy:
        "Set the same SECRET_KEY for every process (openssl rand -hex 32): each would make its own and could not read the others' secrets.",
    }
  }
  const file = join(config.DATA_DIR, 'secret.key')
  if (!existsSync(file)) {
    return { ok: true, what: `No SECRET_KEY: the first start makes one in ${file}.` }
  }
  try {
    secretKey(config)
  } catch (error) {
    return {
      ok: false,
      what: `${file} cannot be used.`,
      remedy: error instanceof Error ? error.message : String(error),
    }
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    return { ok: false, what: `${file} can be read by others.`, remedy: `chmod 600 ${file}` }
  }
  return { ok: true, what: `The key is in ${file}. Keep a copy apart from the backup.` }
}

function directory(name: string, path: string): Finding {
  if (!existsSync(path)) return { ok: true, what: `${name} ${path} is not there yet.` }
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return statSync(path).isDirectory()
      ? { ok: true, what: `${name} ${path} can be written.` }
      : {
          ok: false,
          what: `${name} ${path} is not a directory.`,
          remedy: `Name a directory in ${name}.`,
        }
  } catch {
    return {
      ok: false,
      what: `${name} ${path} cannot be written by this user.`,
      remedy: 'Give it to the user that kefu runs as (chown).',
    }
  }
}

function media(config: Config): Finding {
  if (config.MEDIA_DIR === undefined) {
    if (config.REDIS_URL === undefined) {
      return { ok: true, what: 'No MEDIA_DIR: media belong into DATA_DIR.' }
    }
    return {
      ok: false,
      what: 'No MEDIA_DIR, though several processes may run.',
      remedy: 'Name a directory that all processes share: what one stores another must find.',
    }
  }
  if (!existsSync(config.MEDIA_DIR)) {
    return {
      ok: false,
      what: `MEDIA_DIR ${config.MEDIA_DIR} does not exist.`,
      remedy: 'Make or mount it, the same for all processes.',
    }
  }
  return directory('MEDIA_DIR', config.MEDIA_DIR)
}

function proxy({ PUBLIC_URL: url, TRUSTED_PROXIES: proxies }: Config): Finding {
  if (url === undefined) {
    return { ok: true, what: 'No PUBLIC_URL: only the local address is tried.' }
  }
  if (proxies.length > 0 || !url.startsWith('https:')) {
    return { ok: true, what: `PUBLIC_URL is ${url}.` }
  }
  return {
    ok: false,
    what: `PUBLIC_URL is ${url}, but TRUSTED_PROXIES is empty.`,
    remedy:
      'Something in front of kefu ends TLS: name its address, else all sign-ins seem to come from one place and lock each other out.',
  }
}
