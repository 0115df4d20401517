// Reports pushes that the database refused to store and that no admin has seen to yet.
import type { Finding } from '../../src/ports.ts'
import type { Inspected } from '../../src/store/store.ts'

export async function checkRefusedPushes(store: Inspected): Promise<Finding[]> {
  const companies = await store.read.companies.list()
  const findings: Finding[] = []
  for (const { company_id: companyId, company_name: name } of companies) {
    const open = await store.read.refused.countOpen(companyId)
    if (open === 0) continue
    findings.push({
      ok: false,
      what: `Company ${name}: the database refused ${open} ${open === 1 ? 'push' : 'pushes'} of its followers, and nobody has seen to ${open === 1 ? 'it' : 'them'}.`,
      remedy:
        'An admin sees in the console (or GET /api/pushes/refused) what was said; please report it.',
    })
  }
  return findings
}
