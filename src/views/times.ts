export const presentTime = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString()
