package org.a.one;

import org.a.two.B;

public class A { B b; }
