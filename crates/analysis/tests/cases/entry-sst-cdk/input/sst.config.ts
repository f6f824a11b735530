export default $config({async run(){ new sst.aws.Function('F',{handler:'src/work/job.handler'}); }});
