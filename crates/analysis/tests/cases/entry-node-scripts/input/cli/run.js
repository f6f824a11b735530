#!/usr/bin/env node
require("../core/x");
