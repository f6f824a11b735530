package org.a.three;

import org.a.three.inner.D;

public class C { D d; }
