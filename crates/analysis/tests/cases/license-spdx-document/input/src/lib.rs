// Copyright A
// SPDX-License-Identifier: Apache-2.0
// SPDX-License-Identifier: MIT

pub fn a() {}
