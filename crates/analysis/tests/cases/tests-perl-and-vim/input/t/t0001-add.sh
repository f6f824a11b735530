#!/bin/sh
test 2 = 2
