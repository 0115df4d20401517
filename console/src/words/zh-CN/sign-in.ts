export const signIn = {
  product: '微信公众号客服',
  username: '用户名',
  password: '密码',
  signIn: '登录',
  signingIn: '正在登录…',
  signInAgain: '登录已失效，请重新登录。',
  wrongLogin: '用户名或密码不正确。',
  locked: '尝试次数过多，已暂时锁定，请 {n} 分钟后再试。',
}
