import {a} from "@/a.ts";
import {join} from "std/path/mod.ts";
import {z} from "zod";
import {l} from "@me/lib";
import {assert} from "jsr:@std/assert@1";
console.log(a, join, z, l, assert);
