import ms from 'ms'
import { Buffer } from 'buffer'
import { query } from 'query-core'
import color from 'supports-color'
import type { Shared } from 'animated'
import pad from 'left-pad'

export function constants() {
  try {
    return require('app-constants')
  } catch {
    return undefined
  }
}

export const all = (shared: Shared) => [ms, Buffer, query, color, pad, shared]
