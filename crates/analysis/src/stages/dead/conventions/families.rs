//! Frameworks and tools, with the files that they load by convention.

use super::Family;

/// Adding a family: a row, and a case.
pub(super) const FAMILIES: &[Family] = &[
    Family {
        packages: &["next"],
        files: &[
            "pages/**",
            "app/**/{page,layout,loading,error,not-found,global-error,template,default,route,forbidden,unauthorized}",
            "app/**/{sitemap,robots,manifest,icon*,apple-icon*,opengraph-image*,twitter-image*}",
            "middleware",
            "proxy",
            "instrumentation",
            "instrumentation-client",
            "mdx-components",
            "sentry.*.config",
        ],
    },
    Family {
        packages: &["nuxt", "nuxt3", "nuxt-edge"],
        files: &[
            "{app/,}{components,pages,layouts,middleware,plugins,composables,utils,store,modules}/**",
            "server/**",
            "{app/,}app",
            "{app/,}error",
            "{app/,}app.config",
            "{app/,}router.options",
            "shared/{utils,types}/**",
        ],
    },
    Family {
        packages: &["@remix-run/", "@react-router/", "react-router"],
        files: &[
            "app/{root,entry.client,entry.server,routes}",
            "app/routes/**",
            "server",
            "server/**",
        ],
    },
    Family {
        packages: &["@sveltejs/kit"],
        files: &[
            "routes/**",
            "hooks",
            "hooks.client",
            "hooks.server",
            "service-worker",
            "service-worker/index",
            "params/*",
            "app",
        ],
    },
    Family {
        packages: &["astro"],
        files: &[
            "pages/**",
            "content/config",
            "content.config",
            "middleware",
            "middleware/index",
            "actions/index",
            "env.d",
        ],
    },
    Family {
        packages: &["gatsby"],
        files: &[
            "gatsby-{node,browser,ssr,config}",
            "pages/**",
            "templates/**",
            "api/**",
            "html",
        ],
    },
    Family {
        packages: &["@angular/core", "@angular/cli"],
        files: &[
            "main",
            "main.server",
            "polyfills",
            "test",
            "server",
            "environments/*",
            "test-setup",
            "setup-jest",
        ],
    },
    Family {
        packages: &[
            "@vue/cli-service",
            "vite",
            "parcel",
            "parcel-bundler",
            "@craco/craco",
            "react-scripts",
        ],
        files: &[
            "main",
            "index",
            "setupProxy",
            "setupTests",
            "reportWebVitals",
            "service-worker",
            "react-app-env.d",
        ],
    },
    Family {
        packages: &["expo", "expo-router", "react-native"],
        files: &[
            "App",
            "index",
            "index.*",
            "app/**",
            "react-native.config",
            "expo-plugins/**",
            "plugins/with*",
        ],
    },
    Family {
        packages: &["electron", "electron-vite", "@electron-forge/cli", "electron-builder"],
        files: &[
            "main/index",
            "preload/**",
            "preload",
            "renderer/main",
            "electron/{main,preload}",
            "forge.config",
        ],
    },
    Family {
        packages: &["@docusaurus/core"],
        files: &["pages/**", "theme/**", "sidebars*", "plugins/*", "plugins/*/index"],
    },
    Family {
        packages: &["vitepress", "vuepress"],
        files: &[
            "{docs/,}.vitepress/{config,theme}{/**,}",
            "{docs/,}.vuepress/**",
            "docs/**/*.{data,paths}",
            "**/*.{data,paths}",
        ],
    },
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
        packages: &["prisma", "@prisma/client"],
        files: &["prisma/{seed,seeds/**,*}"],
    },
    Family {
        packages: &["drizzle-orm", "drizzle-kit"],
        files: &[
            "{db,drizzle,database}/**/{schema,migrate,seed}",
            "{db,drizzle,database}/schema/**",
            "schema",
            "drizzle.config*",
        ],
    },
    Family {
        packages: &[
            "typeorm",
            "knex",
            "sequelize",
            "sequelize-cli",
            "umzug",
            "objection",
            "mikro-orm",
            "@mikro-orm/core",
        ],
        files: &[
            "**/{migrations,migration,seeds,seeders,subscribers,subscriber}/**",
            "{entity,entities,models}/**",
            "**/*.entity",
            "ormconfig",
            "**/data-source",
            "knexfile",
            "config/config",
        ],
    },
    Family {
        packages: &["@nestjs/core"],
        files: &["main", "**/*.{command,processor,gateway}", "repl"],
    },
    Family {
        packages: &[
            "sst",
            "aws-cdk-lib",
            "aws-cdk",
            "@aws-cdk/core",
            "cdktf",
            "@pulumi/pulumi",
        ],
        files: &[
            "sst.config",
            "bin/*",
            "infra/**",
            "stacks/**",
            "functions/**",
            "lambda/**",
            "lambdas/**",
            "index",
        ],
    },
    Family {
        packages: &[
            "serverless",
            "@serverless/",
            "serverless-esbuild",
            "@types/aws-lambda",
            "aws-lambda",
        ],
        files: &[
            "{functions,lambda,lambdas,handlers}/**/{index,handler,main}",
            "handler",
            "lambda/*",
            "**/*.lambda",
        ],
    },
    Family {
        packages: &["wrangler", "@cloudflare/workers-types"],
        files: &["functions/**", "worker", "index", "worker/index"],
    },
    Family {
        packages: &["netlify-cli", "@netlify/"],
        files: &["netlify/{functions,edge-functions,plugins}/**", "functions/**"],
    },
    Family {
        packages: &["vercel", "@vercel/node", "@vercel/"],
        files: &["api/**", "middleware"],
    },
    Family {
        packages: &["firebase-functions", "firebase-admin", "firebase"],
        files: &["functions/src/index", "functions/index", "**/firebase-messaging-sw"],
    },
    Family {
        packages: &["@strapi/strapi", "@strapi/"],
        files: &[
            "api/**",
            "config/**",
            "extensions/**",
            "admin/**",
            "middlewares/**",
            "policies/**",
            "index",
            "components/**",
        ],
    },
    Family {
        packages: &["@adonisjs/core"],
        files: &[
            "app/**",
            "start/**",
            "config/**",
            "commands/**",
            "database/**",
            "providers/**",
            "bin/*",
            "adonisrc",
            "ace",
        ],
    },
    Family {
        packages: &[
            "sails",
            "@feathersjs/feathers",
            "meteor-node-stubs",
            "ember-source",
            "ember-cli",
        ],
        files: &[
            "api/**",
            "config/**",
            "tasks/**",
            "server/**",
            "client/**",
            "app/**",
            "addon/**",
            "imports/startup/**",
        ],
    },
    Family {
        packages: &["@oclif/core", "gluegun"],
        files: &["commands/**", "hooks/**"],
    },
    Family {
        packages: &["fastify", "@fastify/autoload", "express-file-routing"],
        files: &["{plugins,routes}/**"],
    },
    Family {
        packages: &["discord.js", "@sapphire/framework"],
        files: &["{commands,events,listeners,preconditions,interaction-handlers}/**"],
    },
    Family {
        packages: &[
            "@tanstack/react-start",
            "@tanstack/start",
            "@tanstack/react-router",
            "@tanstack/router-plugin",
            "vinxi",
            "@solidjs/start",
        ],
        files: &[
            "routes/**",
            "app/routes/**",
            "{app/,}{router,client,server,ssr,entry-client,entry-server}",
            "app.config",
            "routeTree.gen",
        ],
    },
    Family {
        packages: &["@builder.io/qwik", "@builder.io/qwik-city"],
        files: &["routes/**", "entry.*", "root", "adapters/**"],
    },
    Family {
        packages: &["@redwoodjs/core", "@redwoodjs/"],
        files: &[
            "api/src/**",
            "web/src/{pages,layouts,index,App,Routes,entry.client,entry.server}{/**,}",
            "scripts/**",
        ],
    },
    Family {
        packages: &[
            "wxt",
            "plasmo",
            "@crxjs/vite-plugin",
            "webextension-polyfill",
            "@types/chrome",
        ],
        files: &[
            "entrypoints/**",
            "{background,content,popup,options,newtab,sidepanel,devtools}{/**,}",
            "contents/**",
            "tabs/**",
        ],
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
    Family {
        packages: &["i18next", "next-intl", "next-i18next", "vue-i18n"],
        files: &["i18n", "i18n/request", "i18n/**", "locales/**", "lang/**"],
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
