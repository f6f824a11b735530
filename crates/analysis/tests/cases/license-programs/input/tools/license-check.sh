#!/bin/sh
# Checks that each file names the MIT License.
grep -rL "MIT License" src
