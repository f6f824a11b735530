/**
 * lunr - 2.3.9
 * Copyright (C) 2020 Somebody
 * @license MIT
 */
var lunr = 1;
