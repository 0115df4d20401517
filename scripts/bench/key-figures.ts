// The figures by which a benchmark is known, each with its value in every round.
import { median } from './place.ts'

export type KeyFigure = { name: string; unit: string; digits: number; values: number[] }

export function printKeyFigures(title: string, figures: KeyFigure[]): void {
  const row = (name: string, cells: string[]) => {
    console.log(name.padEnd(72) + cells.map((cell) => cell.padStart(10)).join(''))
  }
  row(`\n${title}`, ['median', 'lowest', 'highest'])
  for (const { name, unit, digits, values } of figures) {
    row(
      `${name}, ${unit}`,
      [median(values), Math.min(...values), Math.max(...values)].map((one) => one.toFixed(digits)),
    )
  }
}
