package org.a.two;

import org.a.one.A;

public class B { A a; }
