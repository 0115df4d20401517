// How often the dear ones run: few times with every npm test, as often as was promised with --full.
// eslint-disable-next-line no-restricted-properties -- set by scripts/test/main.js, no setting of the product
export const isFull = process.env['KEFU_FULL'] === '1'

export const times = (few: number, promised: number) => (isFull ? promised : few)
