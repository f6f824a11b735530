/*! widget 1.2.3 | (c) Somebody | MIT license */
import z from "z";
