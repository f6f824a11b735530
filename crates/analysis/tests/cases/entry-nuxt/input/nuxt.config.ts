export default defineNuxtConfig({css:['~/assets/a.css'], plugins:['~/extra/p.ts'], modules:['./local/mod']});
