const { query /*, ranked */ } = require('./search');
// TODO: const { elasticQuery } = require('./search');

/*
import { parsed } from './search';
*/

module.exports = () => query('a');
