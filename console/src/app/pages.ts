// The table of all pages: address, title, and the lowest role that may see them.
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { Me, Role } from 'kefu-wire'
import type { ShellWord } from '../words/shell.ts'
import NoPage from './NoPage.vue'

interface PageEntry {
  name: string
  path: string
  title: ShellWord
  role: Role
  load: () => Promise<{ default: Component }>
}

declare module 'vue-router' {
  interface RouteMeta {
    title: ShellWord
    role: Role
  }
}

export const pages: PageEntry[] = [
  {
    name: 'desk',
    path: '/desk/:list(queued|waiting|active|missed|closed)?/:session([0-9a-f]{32})?',
    title: 'title',
    role: 'agent',
    load: () => import('../pages/desk/DeskPage.vue'),
  },
  {
    name: 'rules',
    path: '/rules/:tab(conflicts|replay|unmatched)?',
    title: 'rules',
    role: 'admin',
    load: () => import('../pages/lab/LabPage.vue'),
  },
]

const roles: Role[] = ['agent', 'supervisor', 'admin']
export const mayOpen = (me: Me, page: { role: Role }) =>
  roles.indexOf(me.role) >= roles.indexOf(page.role)

export const pageRoutes: RouteRecordRaw[] = [
  // Older versions had the rules page at the address #/rules, so old bookmarks are sent to its new
  // address.
  { path: '/', redirect: ({ hash }) => (hash === '#/rules' ? '/rules' : '/desk') },
  ...pages.map(({ name, path, title, role, load }) => ({
    name,
    path,
    component: load,
    props: true,
    meta: { title, role },
  })),
  {
    path: '/:rest(.*)*',
    component: NoPage,
    props: { why: 'noPage' },
    meta: { title: 'noPage', role: 'agent' },
  },
]
