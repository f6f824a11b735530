// Packages, edges and development-only packages of a lock file of npm, Yarn or pnpm, by the tools' own libraries.
//
//   node node.mjs PACKAGES npm|yarn|berry|pnpm FOLDER

import { createRequire } from 'node:module'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const [packages, tool, folder] = process.argv.slice(2)
const require = createRequire(join(packages, 'package.json'))

/** Writes the result: nodes are `{name, version}`, `roots` and `edges` refer to them by their key. */
function write(nodes, edges, roots) {
  const reach = starts => {
    const seen = new Set()
    const open = [...starts]
    while (open.length) {
      const key = open.pop()
      if (seen.has(key)) continue
      seen.add(key)
      open.push(...(edges.get(key) ?? []))
    }
    return seen
  }
  const shipped = reach(roots.filter(root => !root.dev).map(root => root.key))
  const dev = reach(roots.filter(root => root.dev).map(root => root.key))
  // One package may have several keys that differ in their peers.
  const label = key => { const { name, version } = nodes.get(key); return JSON.stringify([name, version]) }
  const of = keys => new Set([...keys].filter(key => nodes.has(key)).map(label))
  const kept = of(shipped)
  const pairs = new Set()
  for (const [from, list] of edges) {
    for (const to of list) if (nodes.has(from) && nodes.has(to)) pairs.add(`[${label(from)},${label(to)}]`)
  }
  const lists = { packages: of(nodes.keys()), edges: pairs, dev: [...of(dev)].filter(one => !kept.has(one)) }
  for (const [key, list] of Object.entries(lists)) lists[key] = [...list].sort().map(one => JSON.parse(one))
  console.log(JSON.stringify(lists))
}

async function npm() {
  const { Arborist } = require('@npmcli/arborist')
  const tree = await new Arborist({ path: folder }).loadVirtual()
  const isFetched = node => !node.isProjectRoot && !node.isWorkspace && !node.isLink && node.location.includes('node_modules/')
  const label = node => [node.packageName ?? node.name, node.version]
  const all = [...tree.inventory.values()].filter(isFetched)
  const edges = []
  for (const node of all) {
    for (const edge of node.edgesOut.values()) {
      const to = edge.to?.target ?? edge.to
      if (to && isFetched(to) && edge.type !== 'dev') edges.push([label(node), label(to)])
    }
  }
  // One package may be in several places; what nothing leads to has every mark.
  const kept = new Set(all.filter(node => !node.dev || node.extraneous).map(node => String(label(node))))
  const dev = all.filter(node => node.dev && !kept.has(String(label(node))))
  console.log(JSON.stringify({ packages: all.map(label), edges, dev: dev.map(label) }))
}

function manifest(at = folder) {
  return JSON.parse(readFileSync(join(at, 'package.json')))
}

const children = at => readdirSync(join(folder, at)).map(name => `${at}/${name}`)

/** The name of `name@range`. */
const nameOf = pattern => pattern.slice(0, pattern.indexOf('@', 1))

function yarn() {
  const { parse } = require('@yarnpkg/lockfile')
  const { object } = parse(readFileSync(join(folder, 'yarn.lock'), 'utf8'))
  const own = manifest()
  const nodes = new Map()
  const edges = new Map()
  const find = (name, range) => object[`${name}@${range}`] ? `${name}@${range}` : `${name}@${own.resolutions?.[name]}`
  for (const [pattern, one] of Object.entries(object)) {
    const range = pattern.slice(nameOf(pattern).length + 1)
    const name = range.startsWith('npm:') ? nameOf(range.slice(4)) : nameOf(pattern)
    nodes.set(pattern, { name, version: one.version })
    edges.set(pattern, Object.entries({ ...one.dependencies, ...one.optionalDependencies }).map(([name, range]) => find(name, range)))
  }
  const of = (list, dev) => Object.entries(list ?? {}).map(([name, range]) => ({ key: find(name, range), dev }))
  const globs = own.workspaces?.packages ?? own.workspaces ?? []
  const members = globs.flatMap(glob => glob.endsWith('/*') ? children(glob.slice(0, -2)) : [glob])
  const projects = [own, ...members.filter(at => existsSync(join(folder, at, 'package.json'))).map(at => manifest(join(folder, at)))]
  write(nodes, edges, projects.flatMap(one =>
    [...of(one.dependencies, false), ...of(one.optionalDependencies, false), ...of(one.devDependencies, true)]))
}

/** `yarn info` of Yarn 2 and later, which resolves by the lock file alone. */
function berry() {
  const program = join(packages, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js')
  const text = execFileSync('node', [program, 'info', '--all', '--recursive', '--json'], { cwd: folder, env: {
    ...process.env, YARN_ENABLE_NETWORK: 'false', YARN_ENABLE_TELEMETRY: 'false', YARN_IGNORE_PATH: '1' }, maxBuffer: 1e9 }).toString()
  const nodes = new Map()
  const edges = new Map()
  const roots = []
  for (const line of text.trim().split('\n')) {
    const { value, children } = JSON.parse(line)
    // A virtual package is a real one with its peers.
    const to = (children.Dependencies ?? []).map(one => one.locator.replace(/@virtual:[^#]+#/, '@'))
    if (value.includes('@workspace:')) {
      const own = manifest(join(folder, value.split('@workspace:')[1]))
      for (const key of to) {
        const name = nameOf(key)
        roots.push({ key, dev: !own.dependencies?.[name] && !own.optionalDependencies?.[name] })
      }
    } else {
      // A patched package is the same version.
      const reference = decodeURIComponent(value.slice(nameOf(value).length + 1))
      const real = reference.match(/npm:(?:(@?[^@#]+)@)?([^@#:]+)/)
      nodes.set(value, { name: nameOf(value), version: real ? real[2] : children.Version })
      edges.set(value, to)
    }
  }
  write(nodes, edges, roots)
}

async function pnpm() {
  // Since pnpm 9 the library reads no lock file of versions 5 and 6; that of pnpm 7 reads both.
  const isOlder = /^lockfileVersion: '?[56]/m.test(readFileSync(join(folder, 'pnpm-lock.yaml'), 'utf8'))
  const from = isOlder ? createRequire(join(`${packages}-pnpm`, 'package.json')) : require
  const { readWantedLockfile } = await import(from.resolve(isOlder ? '@pnpm/lockfile-file' : '@pnpm/lockfile.fs'))
  const { nameVerFromPkgSnapshot } = await import(from.resolve(isOlder ? '@pnpm/lockfile-utils' : '@pnpm/lockfile.utils'))
  const { refToRelative } = await import(from.resolve('@pnpm/dependency-path'))
  const lock = await readWantedLockfile(folder, { ignoreIncompatible: false })
  const nodes = new Map()
  const edges = new Map()
  const targets = list => Object.entries(list ?? {}).map(([name, reference]) => refToRelative(reference, name)).filter(Boolean)
  for (const [key, one] of Object.entries(lock.packages ?? {})) {
    nodes.set(key, nameVerFromPkgSnapshot(key, one))
    edges.set(key, targets({ ...one.dependencies, ...one.optionalDependencies }))
  }
  const roots = Object.values(lock.importers).flatMap(one => [
    ...targets({ ...one.dependencies, ...one.optionalDependencies }).map(key => ({ key, dev: false })),
    ...targets(one.devDependencies).map(key => ({ key, dev: true })),
  ])
  write(nodes, edges, roots)
}

await { npm, yarn, berry, pnpm }[tool]()
