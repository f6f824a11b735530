package com.ex.core

fun up(s: String) = s
