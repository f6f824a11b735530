// This must remain here so that the build script
// does not have to import this into each source file it rewrites.
import { formatProdErrorMessage } from './errors';
/* Do not remove: loading it registers the element. */
import { Element } from './element';
// Another comment.
import { gone } from './gone';

export const one = 1;
