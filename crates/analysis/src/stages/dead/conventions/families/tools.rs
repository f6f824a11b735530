//! Tools of tests, builds and generators.

use super::Family;

pub(super) const FAMILIES: &[Family] = &[
    Family {
        packages: &["storybook", "@storybook/"],
        files: &[".storybook/**", "**/*.{stories,story}"],
    },
    Family {
        packages: &["jest", "@jest/core", "ts-jest", "babel-jest", "vitest", "react-scripts"],
        files: &[
            "**/__mocks__/**",
            "**/*.{bench,test-d,spec-d}",
            "{jest,vitest}*{setup,config}*",
            "{jest,vitest}.*",
            "setup{Jest,Tests,Vitest}",
            "test-setup",
        ],
    },
    Family {
        packages: &["cypress"],
        files: &["cypress/**", "**/*.cy"],
    },
    Family {
        packages: &["@playwright/test", "playwright"],
        files: &[
            "{e2e,playwright}/**",
            "global-{setup,teardown}",
            "globalSetup",
            "globalTeardown",
        ],
    },
    Family {
        packages: &[
            "mocha",
            "karma",
            "nightwatch",
            "webdriverio",
            "@wdio/cli",
            "@wdio/",
            "protractor",
            "jasmine",
            "ava",
        ],
        files: &[
            "{test,tests,spec,e2e}/**",
            "karma.conf*",
            "wdio.*",
            "nightwatch.*",
            "protractor.*",
        ],
    },
    Family {
        packages: &["@cucumber/cucumber", "cucumber"],
        files: &["features/**", "cucumber*"],
    },
    Family {
        packages: &["plop", "hygen", "yeoman-generator"],
        files: &["plopfile", "plop-templates/**", "_templates/**", "generators/*/index"],
    },
    Family {
        packages: &["artillery", "k6", "@types/k6", "autocannon"],
        files: &["{artillery,k6,load,loadtest,perf,load-tests}/**", "*.k6"],
    },
    Family {
        packages: &["gulp", "grunt", "jake", "just-scripts", "just-task"],
        files: &[
            "{gulpfile,Gruntfile,Jakefile,just.config}*",
            "{gulpfile.js,gulp,gulpfile,tasks,grunt}/**",
        ],
    },
    Family {
        packages: &["@graphql-codegen/cli", "graphql"],
        files: &["codegen", "**/*.resolvers", "**/resolvers/**"],
    },
    // Files that tools find in any package.
    Family {
        packages: &[],
        files: &[
            "{plopfile,knexfile,gulpfile,Gruntfile,Jakefile,dangerfile,Dangerfile,hardhat.config}",
            "{next,vite,vue,webpack,rollup,babel,metro,karma,jest,vitest,playwright,cypress,tailwind,postcss,svelte,astro}.*",
            "{webpack,rollup,vite,esbuild,rspack}*{.,-,/}*",
            "**/{.eslintrc,.prettierrc,.stylelintrc,.babelrc,.releaserc,.commitlintrc,.lintstagedrc,.mocharc}*",
            "**/*.{config,conf,workspace,setup}",
            "{setupTests,setup-tests,test-setup,testSetup,setupJest,jest-setup,vitest-setup,vitest.setup,jest.setup}",
            "{sw,service-worker,serviceWorker}",
            "netlify/{functions,edge-functions,plugins}/**",
            ".{github,husky,circleci,gitlab,vscode,changeset,storybook}/**",
            "{eslint-rules,eslint-plugin-local,eslint-local-rules}{/**,}",
        ],
    },
];
