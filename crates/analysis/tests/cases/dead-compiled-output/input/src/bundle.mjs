// src/a.js
import fs2, { promises as fsPromises } from "fs";

// node_modules/left-pad/index.js
function pad(text) {
  return text;
}
