//! Frameworks of web pages, telephones and desktops.

use super::Family;

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
        // The plugin of a native module, and the specs that the code generator reads.
        packages: &[
            "expo",
            "expo-modules-core",
            "expo-module-scripts",
            "@expo/config-plugins",
            "react-native",
        ],
        files: &["app.plugin", "**/Native*", "**/*NativeComponent"],
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
            "{app/,}{router,start,client,server,ssr,entry-client,entry-server}",
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
            "{web/src/,}{pages,layouts,index,App,Routes,entry.client,entry.server}{/**,}",
            "{directives,functions,graphql,services}/**",
            "lib/{auth,db,logger}",
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
        packages: &["i18next", "next-intl", "next-i18next", "vue-i18n"],
        files: &["i18n", "i18n/request", "i18n/**", "locales/**", "lang/**"],
    },
];
