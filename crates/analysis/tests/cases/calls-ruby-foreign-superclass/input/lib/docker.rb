require 'specinfra'

module Specinfra
  module Backend
    class Base
      def receive(path)
        path
      end
    end

    class Docker < Base
      def receive(path)
        send_file(path)
      end
    end
  end
end
