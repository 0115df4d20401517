// Expensive checks run a few times in every npm test, and as often as promised with --full.
// eslint-disable-next-line no-restricted-properties -- set by scripts/test/main.js, no setting of the product
export const isFull = process.env['KEFU_FULL'] === '1'

export const times = (few: number, promised: number) => (isFull ? promised : few)
