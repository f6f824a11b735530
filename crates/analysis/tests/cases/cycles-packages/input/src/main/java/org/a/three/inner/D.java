package org.a.three.inner;

import org.a.three.C;

public class D { C c; }
