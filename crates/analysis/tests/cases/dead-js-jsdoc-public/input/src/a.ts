export const used = () => 1;
/** @public */
export const offered = 1;
/**
 * For plugins.
 * @api
 */
export function plugin() {}
/** @alias x */
export const dead = 2;
