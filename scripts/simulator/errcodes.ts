const messages: Record<number, string> = {
  [-1]: 'system error', 0: 'ok',
  40001: 'invalid credential, access_token is invalid or not latest', 40002: 'invalid grant_type', 40003: 'invalid openid',
  40008: 'invalid message type', 40013: 'invalid appid', 40014: 'invalid access_token', 40066: 'invalid url',
  40125: 'invalid appsecret', 41001: 'access_token missing', 41002: 'appid missing', 41004: 'appsecret missing',
  41006: 'media_id missing', 42001: 'access_token expired', 43001: 'require GET method', 43002: 'require POST method',
  44002: 'empty post data', 44003: 'empty news data', 44004: 'empty content', 45002: 'content size out of limit',
  45008: 'article count out of limit', 45009: 'reach max api daily quota limit',
  45015: 'response out of time limit or subscription is canceled', 45047: 'out of response count limit',
  45072: 'invalid command', 45080: 'need to interact within 30s', 45081: 'you are already typing',
  45162: 'invalid type', 47001: 'data format error',
}

export function errmsgOf(errcode: number): string {
  return messages[errcode] ?? 'error of the simulator'
}
