import { bench } from 'bench-tool'
import { all } from './index'

bench(all)
