//! Tests of the texts of licenses.

use super::*;

fn of(text: &str) -> String {
    identify(text.as_bytes()).unwrap_or_default()
}

const GRANT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated \
    documentation files, to deal in the Software without restriction";
const NOTICE: &str = "The above copyright notice and this permission notice shall be included in all copies.";
const AS_IS: &str = "THE SOFTWARE IS PROVIDED \"AS IS\".";
const BSD: &str = "Redistribution and use in source and binary forms, with or without modification, are permitted: \
    1. Redistributions of source code must retain the above copyright notice. \
    2. Redistributions in binary form must reproduce the above copyright notice.";

#[test]
fn families_differ_by_their_conditions() {
    for (text, id) in [
        (format!("{GRANT} {NOTICE} {AS_IS}"), "MIT"),
        (format!("{GRANT}. {AS_IS}"), "MIT-0"),
        (format!("{GRANT} {NOTICE} The Software shall be used for Good, not Evil."), "JSON"),
        (format!("{GRANT} {NOTICE} Except as contained in this notice, the name of A"), "X11"),
        (BSD.to_owned(), "BSD-2-Clause"),
        (format!("{BSD} 3. Neither the name of A may be used to endorse or promote products."), "BSD-3-Clause"),
        (format!("{BSD} 3. All advertising materials mentioning features. 4. Neither the name"), "BSD-4-Clause"),
        (format!("{BSD} The views and conclusions contained in the software are those of A."), "BSD-2-Clause-Views"),
        (
            "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, \
             provided that the above copyright notice and this permission notice appear in all copies."
                .to_owned(),
            "ISC",
        ),
        (
            "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted. \
             THE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE"
                .to_owned(),
            "0BSD",
        ),
        (
            "Permission to use, copy, modify, and distribute this software for any purpose and without fee is hereby granted. \
             The author disclaims all warranties with regard to this software."
                .to_owned(),
            "HPND-Markus-Kuhn",
        ),
    ] {
        assert_eq!(of(&text), id, "{text}");
    }
}

#[test]
fn texts_without_titles_are_known_by_their_words() {
    for (text, id) in [
        (
            "The goals of the Open Font License (OFL) are these. \"Reserved Font Name\" refers to names. Permission is hereby granted, free of \
             charge, to any person obtaining a copy of the Font Software, to use it. The notice shall be included in all copies.",
            "OFL-1.1",
        ),
        (
            "1.4. \"Covered Software\" means it. 1.5. \"Incompatible With Secondary Licenses\" means that.",
            "MPL-2.0",
        ),
        (
            "Permission is hereby granted, free of charge, to any person or organization obtaining a copy of the software, to use, \
             reproduce, display, distribute, execute, and transmit the Software.",
            "BSL-1.0",
        ),
        (
            "Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee, and \
             without a written agreement is hereby granted, provided that this paragraph and the following two paragraphs appear.",
            "PostgreSQL",
        ),
        (
            "This program is free software under the terms version 2 of the GNU General Public License as published.",
            "GPL-2.0",
        ),
        (
            "Under the terms of version 3 of the GNU Lesser General Public License, or any later version.",
            "LGPL-3.0-or-later",
        ),
    ] {
        assert_eq!(of(text), id, "{text}");
    }
    assert_eq!(
        of(&format!(
            "{BSD} 4. The right to use Servicemarks. Names must not endorse or promote"
        )),
        "ZPL-2.1"
    );
    assert_eq!(
        of(&format!(
            "{BSD} 3. The name must not be used to endorse or promote. 4. Redistributions must retain the following acknowledgment:"
        )),
        "BSD-Attribution"
    );
}

#[test]
fn several_texts_are_an_expression() {
    let apache = "Apache License\nVersion 2.0, January 2004";
    assert_eq!(of(&format!("{GRANT} {NOTICE}\n\n{apache}")), "MIT AND Apache-2.0");
    assert_eq!(
        of(&format!("Dual-licensed.\n{apache}\n{GRANT} {NOTICE}")),
        "Apache-2.0 OR MIT"
    );
    assert_eq!(
        of(&format!("{apache}\n--- LLVM Exceptions to the Apache 2.0 License ----")),
        "Apache-2.0 WITH LLVM-exception"
    );
    assert_eq!(
        of(&format!("\"Commons Clause\" License Condition v1.0\n{GRANT} {NOTICE}")),
        "LicenseRef-Commons-Clause AND MIT"
    );
    assert_eq!(
        of(&format!(
            "It is dual licensed under the Apache 2.0 license as well as the MIT license. A part is under: {BSD}"
        )),
        "(Apache-2.0 OR MIT) AND BSD-2-Clause"
    );
    // The license of GNU for libraries takes over the general one.
    assert_eq!(
        of(
            "GNU LESSER GENERAL PUBLIC LICENSE Version 3, 29 June 2007 ... GNU GENERAL PUBLIC LICENSE Version 3, 29 June 2007"
        ),
        "LGPL-3.0"
    );
}

#[test]
fn short_texts_name_or_point() {
    for (text, wanted) in [
        (
            "Licensed under either of Apache License, Version 2.0 (LICENSE-APACHE) or MIT license (LICENSE-MIT) at your option.",
            "Apache-2.0 OR MIT",
        ),
        (
            "This project is dual-licensed under the Unlicense and MIT licenses.",
            "Unlicense OR MIT",
        ),
        ("SPDX-License-Identifier: MPL-2.0", "MPL-2.0"),
        ("MIT", "MIT"),
        ("GNU General Public License, version 2 only", "GPL-2.0-only"),
        (
            "under the GNU Lesser General Public License, either version 2.1 of the License, or (at your option) any later version",
            "LGPL-2.1-or-later",
        ),
        ("GNU General Public License v3", "GPL-3.0"),
        (
            "See LICENSE.txt and `COPYING.LESSER` in the root.",
            "see LICENSE.txt COPYING.LESSER",
        ),
        ("../../LICENSE", "see ../../LICENSE"),
        ("All rights reserved.", ""),
        ("Permitted by the committee.", ""),
    ] {
        assert_eq!(of(text), wanted, "{text}");
    }
}
