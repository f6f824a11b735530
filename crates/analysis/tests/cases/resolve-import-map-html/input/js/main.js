import {v} from "app/view.js";
import * as T from "three";
console.log(v, T);
