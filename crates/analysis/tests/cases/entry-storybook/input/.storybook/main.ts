export default {stories:['../src/**/*.stories.@(ts|tsx)','../docs/**/*.story.js'], addons:['./local-addon/register.js']};
