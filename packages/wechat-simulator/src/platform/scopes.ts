/**
 * For each beginning of a path, the permission sets of which a platform needs one. Other paths need
 * no permission.
 */
const needed: [start: string, scopes: number[]][] = [
  ['/cgi-bin/message/custom/', [1, 6, 19, 100, 101]],
  ['/cgi-bin/message/mass/', [7]],
  ['/cgi-bin/message/template/', [7]],
  ['/cgi-bin/template/', [7]],
  ['/cgi-bin/user/', [2]],
  ['/cgi-bin/tags/', [2]],
  ['/customservice/', [6, 19]],
  ['/cgi-bin/customservice/', [6, 19]],
  ['/cgi-bin/qrcode/', [3]],
  ['/cgi-bin/menu/', [15]],
  ['/cgi-bin/material/', [11]],
  ['/cgi-bin/media/uploadimg', [11]],
]
export const allScopes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15]

export function mayWithScopes(path: string, scopes: number[]): boolean {
  const rule = needed.find(([start]) => path.startsWith(start))
  return rule === undefined || rule[1].some((one) => scopes.includes(one))
}
