import { Logger } from 'logger-types'

export declare const logger: Logger
