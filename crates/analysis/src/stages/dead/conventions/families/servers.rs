//! Frameworks of servers, databases and deployment.

use super::Family;

pub(super) const FAMILIES: &[Family] = &[
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
        packages: &["umi", "@umijs/max", "@umijs/preset-umi"],
        files: &[
            "{mock,models,pages,layouts,config,.umi}/**",
            "{access,app,global,loading,plugin,request-config}",
        ],
    },
    Family {
        packages: &["@keystone-6/core", "@keystone-next/keystone"],
        files: &["keystone", "schema"],
    },
    Family {
        packages: &["@create-figma-plugin/build"],
        files: &["build-figma-plugin.{main,ui}"],
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
];
