import codegenNativeComponent from 'react-native/Libraries/Utilities/codegenNativeComponent';

export interface NativeProps {
  zoom?: number;
}

export type Zoomed = { zoom: number };

export default codegenNativeComponent<NativeProps>('CameraView');
