import { EntitySchema } from 'typeorm'
import { big, id, key, primary } from './columns.ts'

/** One log per audience: its epoch and how far it goes. */
export type StreamRow = {
  company_id: string
  stream: string
  epoch: string
  top: number
}

export const stream = new EntitySchema<StreamRow>({
  name: 'stream',
  tableName: 'stream',
  columns: {
    company_id: id(primary),
    stream: key(80, primary),
    epoch: id(),
    top: big(),
  },
})
