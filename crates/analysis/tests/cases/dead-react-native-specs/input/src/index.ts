import CameraView from './specs/CameraViewNativeComponent';

export const view = CameraView;
